import { useState } from 'react';
import { conflictsOf } from '../../app/command.ts';
import type { CommandDefinition } from '../../app/command.ts';
import { useCommands } from '../../app/commands.tsx';
import { isReservedKey, keyOf } from '../../app/keys.ts';
import { placeTitles } from '../../app/place.ts';
import { useSettings } from '../../data/app-state.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';

/** Every command with its key. A key that is taken is refused, and the command that has it is named. */
export function KeySettings() {
  const { definitions, keys } = useCommands();
  const [{ keys: rebound }, change] = useSettings();
  const [find, setFind] = useState('');
  const [recording, setRecording] = useState<string | null>(null);
  const [problem, setProblem] = useState<{ readonly id: string; readonly text: string } | null>(null);

  const assign = (command: CommandDefinition, key: string): void => {
    setRecording(null);
    const conflicts = conflictsOf(command, key, definitions, keys);
    if (isReservedKey(key)) {
      setProblem({ id: command.id, text: `${key} belongs to the window. The key was not changed.` });
    } else if (conflicts.length > 0) {
      const names = conflicts.map((other) => `“${other.title}”`).join(', ');
      setProblem({ id: command.id, text: `${key} is taken by ${names}. The key was not changed.` });
    } else {
      setProblem(null);
      const { [command.id]: _former, ...others } = rebound;
      change({ keys: key === command.key ? others : { ...others, [command.id]: key } });
    }
  };
  const reset = (id: string): void => {
    const { [id]: _former, ...others } = rebound;
    const command = definitions.find((candidate) => candidate.id === id);
    if (command?.key !== null && command !== undefined) {
      const taken = conflictsOf(command, command.key, definitions, keys).at(0);
      if (taken !== undefined) {
        setProblem({ id, text: `${command.key} is taken by “${taken.title}”. Reset that one first.` });
        return;
      }
    }
    setProblem(null);
    change({ keys: others });
  };
  const shown = definitions.filter(({ title }) => title.toLowerCase().includes(find.trim().toLowerCase()));
  return (
    <section className="settings-keys" aria-label="Keys">
      <div className="settings-keys-head">
        <h3>Keys</h3>
        <Field label="Find a command" layout="hidden" placeholder="Find a command" value={find} onChange={setFind} />
        <Button disabled={Object.keys(rebound).length === 0} onClick={() => change({ keys: {} })}>
          Reset all
        </Button>
      </div>
      <ul className="settings-key-list">
        {shown.map((command) => {
          const key = keys.get(command.id) ?? null;
          const isRecording = recording === command.id;
          return (
            <li key={command.id}>
              <span>
                {command.title}
                {problem?.id === command.id && (
                  <span className="field-error" role="alert">
                    {' '}
                    {problem.text}
                  </span>
                )}
              </span>
              <span className="soft">{command.place === null ? 'everywhere' : placeTitles[command.place]}</span>
              <Button
                aria-label={`Key of ${command.title}: ${isRecording ? 'press the new key, Escape keeps the old one' : (key ?? 'none')}`}
                aria-pressed={isRecording}
                onClick={() => {
                  setProblem(null);
                  setRecording(isRecording ? null : command.id);
                }}
                onBlur={() => setRecording((current) => (current === command.id ? null : current))}
                onKeyDown={(event) => {
                  if (!isRecording) return;
                  const pressed = keyOf(event);
                  if (pressed === 'Tab') return;
                  event.preventDefault();
                  event.stopPropagation();
                  if (pressed === 'Escape') setRecording(null);
                  else if (pressed !== null) assign(command, pressed);
                }}
              >
                {isRecording ? 'Press a key' : key === null ? 'none' : <KeyHint keys={key} />}
              </Button>
              <Button tone="quiet" disabled={rebound[command.id] === undefined} onClick={() => reset(command.id)}>
                Reset
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
