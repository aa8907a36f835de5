import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useWhenNamed } from '../../app/analyst-name.tsx';
import { useReadOnlyWords } from '../../data/app-state.tsx';
import { useClient } from '../../data/client.tsx';
import { Button } from '../../ui/button.tsx';
import { useToast } from '../../ui/toast.tsx';
import { errorWords } from '../../ui/error-words.ts';

export interface NoteEditorProps {
  readonly modelId: number;
  readonly alertKey: string;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly onAdded: () => void;
  readonly onLeave: () => void;
}

const KEEP_AFTER_MS = 300;

/** A note being written. Every pause in typing is kept by the engine, and so is leaving it: nothing typed is lost. */
export function NoteEditor({ modelId, alertKey, field, onAdded, onLeave }: NoteEditorProps): ReactNode {
  const client = useClient();
  const toast = useToast();
  const whenNamed = useWhenNamed();
  const offBecause = useReadOnlyWords();
  const [text, setText] = useState('');
  const [isKept, setIsKept] = useState(true);
  const typed = useRef<string | null>(null);
  const isAdding = useRef(false);

  useEffect(() => {
    let isHere = true;
    void client.request('drafts.read', { key: alertKey }).then((answer) => {
      if (isHere && typed.current === null && answer.ok) setText(answer.data.text);
    });
    const keep = (): void => {
      if (typed.current !== null) void client.request('drafts.write', { key: alertKey, text: typed.current });
      typed.current = null;
    };
    window.addEventListener('pagehide', keep);
    return () => {
      isHere = false;
      window.removeEventListener('pagehide', keep);
      keep();
    };
  }, [client, alertKey]);

  useEffect(() => {
    if (isKept) return undefined;
    const timer = setTimeout(() => {
      void client.request('drafts.write', { key: alertKey, text }).then((answer) => {
        if (answer.ok && typed.current === text) typed.current = null;
        setIsKept(answer.ok);
      });
    }, KEEP_AFTER_MS);
    return () => clearTimeout(timer);
  }, [client, alertKey, text, isKept]);

  const add = (): void => {
    const note = text.trim();
    if (note !== '' && !isAdding.current) whenNamed(() => void store(note));
  };
  const store = async (note: string): Promise<void> => {
    isAdding.current = true;
    const answer = await client.request('notes.add', { modelId, key: alertKey, text: note });
    isAdding.current = false;
    if (!answer.ok) {
      toast({ text: `The note was not added; its text is kept here. ${errorWords(answer.error)}`, tone: 'problem' });
      return;
    }
    onAdded();
    // What was typed while the note was stored is a draft of its own.
    if (typed.current !== null && typed.current.trim() !== note) return;
    typed.current = null;
    setText((shown) => (shown.trim() === note ? '' : shown));
    setIsKept(true);
  };

  return (
    <div className="triage-note">
      <textarea
        ref={field}
        className="input"
        aria-label="Note"
        placeholder={offBecause === null ? 'Write a note' : 'Notes need a case that can be written'}
        readOnly={offBecause !== null}
        title={offBecause ?? undefined}
        rows={text.includes('\n') || text.length > 60 ? 3 : 1}
        maxLength={20_000}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          typed.current = event.target.value;
          setIsKept(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.stopPropagation();
            event.preventDefault();
            onLeave();
          }
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            // At once: the keys that follow are meant for the list.
            add();
            onLeave();
          }
        }}
      />
      {text !== '' && (
        <div className="triage-note-foot">
          <span className="soft" role="status">
            {isKept ? 'Draft kept' : 'Keeping'}
          </span>
          <Button keyHint="Ctrl+Enter" onClick={add}>
            Add note
          </Button>
        </div>
      )}
    </div>
  );
}
