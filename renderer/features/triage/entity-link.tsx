import type { ReactNode } from 'react';
import type { EntityRef } from './entity-stack.ts';

/** A card, terminal and the like as a word that opens its page. */
export function EntityLinkButton({
  entity,
  onOpen,
}: {
  readonly entity: EntityRef;
  readonly onOpen: (entity: EntityRef) => void;
}): ReactNode {
  return (
    <button
      type="button"
      className="text-link"
      title={`Open ${entity.text}`}
      onClick={(event) => {
        event.stopPropagation();
        onOpen(entity);
      }}
    >
      {entity.text}
    </button>
  );
}
