/** Levenshtein distance of two texts, ignoring case. */
function editDistance(left: string, right: string): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return previous[b.length];
}

/** The known names that a mistyped one may have meant, nearest first: few edits apart, or one within the other. */
export function nearNames(wanted: string, known: readonly string[], limit = 3): readonly string[] {
  const furthest = Math.max(2, Math.floor(wanted.length / 3));
  const lower = wanted.toLowerCase();
  return known
    .map((name, index) => {
      const contains = lower.length >= 3 && (name.toLowerCase().includes(lower) || lower.includes(name.toLowerCase()));
      const distance = editDistance(wanted, name);
      return { name, index, distance: contains ? Math.min(distance, furthest) : distance };
    })
    .filter(({ distance }) => distance <= furthest)
    .sort((left, right) => left.distance - right.distance || left.index - right.index)
    .slice(0, limit)
    .map(({ name }) => name);
}
