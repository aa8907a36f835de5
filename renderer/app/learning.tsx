import { createContext, useCallback, useContext, useState } from 'react';
import type { ReactNode } from 'react';
import { useCase } from '../data/app-state.tsx';
import { useJob } from '../data/jobs.tsx';
import { LearningDialog } from '../features/learning/learning-dialog.tsx';
import { Button } from '../ui/button.tsx';
import { useCommand, useCommandKey } from './commands.tsx';

const LEARN = 'Learn from verdicts';

const LearningContext = createContext<(() => void) | null>(null);

/** Keeps what was learned last while its dialog is closed. */
export function LearningProvider({ children }: { readonly children: ReactNode }) {
  const openCase = useCase();
  const learning = useJob('learn');
  const [isShown, setShown] = useState(false);
  const canLearn = openCase !== null && !openCase.readOnly && openCase.models > 0;
  const show = useCallback(() => setShown(true), []);
  useCommand('app.learn', canLearn ? show : null);
  return (
    <LearningContext value={canLearn ? show : null}>
      {children}
      {isShown && openCase !== null && (
        <LearningDialog
          key={openCase.path}
          casePath={openCase.path}
          learning={learning}
          onClose={() => setShown(false)}
        />
      )}
    </LearningContext>
  );
}

/** Opens the dialog that learns from verdicts; off where there is nothing to learn on. */
export function LearnButton({ isShort = false }: { readonly isShort?: boolean }): ReactNode {
  const show = useContext(LearningContext);
  const key = useCommandKey('app.learn');
  const rest = { disabled: show === null, onClick: () => show?.() };
  if (!isShort)
    return (
      <Button keyHint={key} {...rest}>
        {LEARN}…
      </Button>
    );
  return (
    <Button tone="quiet" title={key === null ? LEARN : `${LEARN}. Key: ${key}`} {...rest}>
      Learn…
    </Button>
  );
}
