/** Top left corner for a floating box beside an anchor, kept inside the window; above it where below is no room. */
export function placeFloating(
  anchor: { readonly left: number; readonly top: number; readonly bottom: number; readonly right: number },
  box: { readonly width: number; readonly height: number },
  view: { readonly width: number; readonly height: number },
  align: 'start' | 'end' = 'start',
): { readonly left: number; readonly top: number } {
  const gapPx = 4;
  const wantedLeft = align === 'start' ? anchor.left : anchor.right - box.width;
  const left = Math.max(gapPx, Math.min(wantedLeft, view.width - box.width - gapPx));
  const below = anchor.bottom + gapPx;
  const fitsBelow = below + box.height <= view.height - gapPx;
  const top = fitsBelow ? below : Math.max(gapPx, anchor.top - gapPx - box.height);
  return { left, top };
}

/** Shows a popover element at its anchor. */
export function showFloating(element: HTMLElement, anchor: Element, align: 'start' | 'end' = 'start'): void {
  element.showPopover();
  const place = placeFloating(
    anchor.getBoundingClientRect(),
    element.getBoundingClientRect(),
    { width: window.innerWidth, height: window.innerHeight },
    align,
  );
  element.style.left = `${place.left}px`;
  element.style.top = `${place.top}px`;
}
