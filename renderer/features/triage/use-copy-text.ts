import { useCallback } from 'react';
import { useToast } from '../../ui/toast.tsx';

/** Puts a text on the clipboard and says so, or says that it could not be done. */
export function useCopyText(): (text: string, done: string) => void {
  const toast = useToast();
  return useCallback(
    (text, done) => {
      navigator.clipboard.writeText(text).then(
        () => toast({ text: done }),
        () =>
          toast({ text: 'The clipboard could not be written. Click into the window and copy again.', tone: 'problem' }),
      );
    },
    [toast],
  );
}
