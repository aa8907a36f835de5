import type { VerdictKind } from '../../engine/domain/verdict.ts';
import './feedback.css';

const shapes: Readonly<Record<VerdictKind, string>> = { fraud: '▲', legitimate: '●', valuable: '◆', unsure: '?' };

/** A verdict by shape, colour and word. */
export function VerdictMark({ verdict }: { readonly verdict: VerdictKind | null }) {
  if (verdict === null) return null;
  return (
    <span className="verdict-mark" data-verdict={verdict}>
      <span aria-hidden="true">{shapes[verdict]}</span> {verdict}
    </span>
  );
}
