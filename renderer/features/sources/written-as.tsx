import { useState, type FormEvent } from 'react';
import type { StatedFormat } from '../../../engine/domain/stated-format.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { frameOptions } from './frame-options.ts';

export interface WrittenAsProps {
  readonly stated: StatedFormat;
  readonly onState: (stated: StatedFormat) => void;
}

/** How the text of a recording is written, for a person who knows better than what was found by its content. */
export function WrittenAs({ stated, onState }: WrittenAsProps) {
  const [delimiter, setDelimiter] = useState(stated.delimiter ?? '');
  const [encoding, setEncoding] = useState(stated.encoding ?? '');
  const [frame, setFrame] = useState<(typeof frameOptions)[number]['value']>(stated.frame ?? 'unsaid');
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    onState({
      delimiter: delimiter === '' ? undefined : delimiter,
      encoding: encoding.trim() === '' ? undefined : encoding.trim(),
      frame: frame === 'unsaid' ? undefined : frame,
    });
  };
  return (
    <details className="sources-reading">
      <summary>The text looks wrong?</summary>
      <form onSubmit={apply}>
        <Field label="Between fields" value={delimiter} onChange={setDelimiter} hint="; or tab or ^ or \x01" />
        <Field label="Encoding" value={encoding} onChange={setEncoding} hint="windows-1251, utf-16be, shift_jis" />
        <Select label="Around each record" value={frame} options={frameOptions} onChange={setFrame} />
        <Button type="submit">Read it so</Button>
      </form>
    </details>
  );
}
