import { Dialog } from '../ui/dialog.tsx';
import { KeyHint } from '../ui/key-hint.tsx';
import { useCommands } from './commands.tsx';
import { usePlace } from './go-to.tsx';
import { placeIds, placeTitles } from './place.ts';

/** Every key, by place, the present place first. */
export function ShortcutsSheet({ onClose }: { readonly onClose: () => void }) {
  const { definitions, keys } = useCommands();
  const here = usePlace();
  const groups = [here, null, ...placeIds.filter((id) => id !== here)].map((place) => ({
    title: place === null ? 'Everywhere' : placeTitles[place],
    commands: definitions.filter((command) => command.place === place && (keys.get(command.id) ?? null) !== null),
  }));
  return (
    <Dialog title="Keyboard shortcuts" size="wide" onClose={onClose}>
      <div className="shortcuts">
        {groups
          .filter(({ commands }) => commands.length > 0)
          .map(({ title, commands }) => (
            <section key={title} aria-label={title}>
              <h3>{title}</h3>
              <ul>
                {commands.map((command) => (
                  <li key={command.id}>
                    <span>{command.title}</span>
                    <KeyHint keys={keys.get(command.id) ?? ''} />
                    <span className="visually-hidden">{keys.get(command.id)}</span>
                  </li>
                ))}
              </ul>
            </section>
          ))}
      </div>
      <p className="soft">Keys can be changed in Settings.</p>
    </Dialog>
  );
}
