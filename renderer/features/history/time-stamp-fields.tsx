import type { ReactNode } from 'react';
import { useFileChoice } from '../../app/file-choice.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';

/** Whose time-stamp a seal is to get, as it was typed. */
export interface TimeStampChoice {
  readonly server: string;
  /** Path of certificates in PEM. */
  readonly authority: string;
}

/** What of a choice goes with a job: nothing that was left empty. */
export function givenTimeStamp({ server, authority }: TimeStampChoice): {
  readonly timeStampServer?: string;
  readonly timeStampAuthority?: string;
} {
  return {
    ...(server.trim() === '' ? {} : { timeStampServer: server.trim() }),
    ...(authority.trim() === '' ? {} : { timeStampAuthority: authority.trim() }),
  };
}

/** Asked for only where a person opens it: sealing alone sends nothing anywhere. */
export function TimeStampFields({
  value,
  onChange,
}: {
  readonly value: TimeStampChoice;
  readonly onChange: (value: TimeStampChoice) => void;
}): ReactNode {
  const files = useFileChoice();
  const { server, authority } = value;
  return (
    <div className="history-time-stamp">
      <Field
        label="Time-stamp server (RFC 3161)"
        placeholder="http://HOST/PATH"
        hint="It gets a digest and nothing else. Where it cannot be reached, the seal waits in Exports."
        value={server}
        onChange={(text) => onChange({ server: text, authority })}
      />
      <Field
        label="Certificates of its authority"
        placeholder="authority.pem"
        hint="What its answer must lead to; checking a seal asks for the same."
        value={authority}
        onChange={(text) => onChange({ server, authority: text })}
      />
      <Button
        onClick={() =>
          void files.certificateFile().then((path) => path !== null && onChange({ server, authority: path }))
        }
      >
        Choose…
      </Button>
    </div>
  );
}
