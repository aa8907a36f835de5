/** The element the window is drawn into. */
export function rootElement(): HTMLElement {
  const element = document.getElementById('root');
  if (element === null) throw new Error('The page has no element with the id "root".');
  return element;
}
