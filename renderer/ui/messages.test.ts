import { describe, expect, it } from 'vitest';
import { lineOf, withClosed, withMessage, withSettled, type Message, type ToldMessage } from './messages.ts';

const told = (...messages: readonly Message[]): readonly ToldMessage[] =>
  messages.reduce<readonly ToldMessage[]>((all, message, index) => withMessage(all, message, 1000 * index), []);
const broken: Message = { text: 'The case cannot be read.', tone: 'problem', about: 'case.open' };

describe('messages', () => {
  it('show the newest in the line, and a problem again once what came after it has left', () => {
    const both = told(broken, { text: 'Written: alerts.csv' });
    expect(lineOf(both)?.text).toBe('Written: alerts.csv');
    expect(lineOf(withClosed(both, 2))?.text).toBe(broken.text);
    expect(lineOf(withClosed(withClosed(both, 2), 1))).toBeNull();
  });

  it('do not come back once something newer was told, unless they are problems', () => {
    const three = told({ text: 'Undone: fraud' }, { text: 'Note added' }, { text: 'Written: a.csv' });
    expect(lineOf(withClosed(three, 3))).toBeNull();
  });

  it('leave the line when what they speak of is settled, and stay in the list', () => {
    const settled = withSettled(told(broken), 'case.open');
    expect(lineOf(settled)).toBeNull();
    expect(settled.map(({ text }) => text)).toEqual([broken.text]);
    // Another matter is not settled by it.
    expect(lineOf(withSettled(told(broken), 'job train'))?.text).toBe(broken.text);
  });

  it('take the place of what said the same, or spoke of the same', () => {
    const thrice = told(broken, broken, { text: 'It is open now.', about: 'case.open' });
    expect(thrice.filter(({ isOpen }) => isOpen).map(({ text }) => text)).toEqual(['It is open now.']);
    expect(new Set(thrice.map(({ id }) => id)).size).toBe(3);
  });

  it('keep a bounded list, each with a number of its own', () => {
    const many = told(...Array.from({ length: 250 }, (_, index) => ({ text: `Message ${index}` })));
    expect(many).toHaveLength(100);
    expect(many.at(-1)).toMatchObject({ id: 250, text: 'Message 249' });
  });
});
