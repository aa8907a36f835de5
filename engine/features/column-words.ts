/** Words that occur run together in column names; a name such as CARDNUM is cut only where all of it is made of them. */
const compoundParts: readonly string[] = [
  ...['account', 'acct', 'amount', 'amt', 'card', 'category', 'chargeback', 'class', 'client', 'code', 'country'],
  ...['created', 'currency', 'cust', 'customer', 'date', 'desc', 'description', 'dest', 'device', 'event', 'flag'],
  ...['flagged', 'fraud', 'id', 'is', 'key', 'label', 'member', 'merch', 'merchant', 'message', 'name', 'no', 'nr'],
  ...['num', 'number', 'orig', 'payment', 'post', 'postal', 'ref', 'seconds', 'stamp', 'state', 'status', 'term'],
  ...[
    'terminal',
    'time',
    'trans',
    'transaction',
    'tx',
    'txn',
    'type',
    'user',
    'value',
    'zip',
    'at',
    'nummer',
    'kunden',
  ],
  ...['karten', 'konto', 'holder', 'row', 'index'],
];
const partSet: ReadonlySet<string> = new Set(compoundParts);

/** Whole words that must not be cut although they could be. */
const wholeWords: ReadonlySet<string> = new Set(['cardholder', 'timestamp', 'datetime', 'postcode', 'idno', 'amtat']);

/** The fewest parts that make up the word, or undefined where some letters are left over. */
function cutCompound(word: string): readonly string[] | undefined {
  const best: (readonly string[] | undefined)[] = [[]];
  for (let end = 1; end <= word.length; end++) {
    for (let start = 0; start < end; start++) {
      const before = best[start];
      const part = word.slice(start, end);
      if (before === undefined || !partSet.has(part)) continue;
      const known = best[end];
      if (known === undefined || before.length + 1 < known.length) best[end] = [...before, part];
    }
  }
  return best[word.length];
}

/**
 * The lower-case words of a column name: cut at punctuation, spaces, camel case and between letters and digits,
 * accents removed, and well-known compounds (`merchzip`, `isfraud`) cut into their parts.
 */
export function columnWords(name: string): readonly string[] {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '');
  const spaced = plain
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/(\p{L})(\d)/gu, '$1 $2')
    .replace(/(\d)(\p{L})/gu, '$1 $2');
  const words = spaced.toLowerCase().split(/[^\p{L}\d]+/u);
  const cut = words.flatMap((word) => {
    if (word === '') return [];
    return wholeWords.has(word) ? [word] : (cutCompound(word) ?? [word]);
  });
  const charge = cut.findIndex((word, index) => word === 'charge' && cut[index + 1] === 'back');
  return charge < 0 ? cut : [...cut.slice(0, charge), 'chargeback', ...cut.slice(charge + 2)];
}
