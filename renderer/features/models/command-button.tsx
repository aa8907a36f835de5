import { useCommand, useCommandKey } from '../../app/commands.tsx';
import { Button, type ButtonProps } from '../../ui/button.tsx';

export interface CommandButtonProps extends Omit<ButtonProps, 'keyHint' | 'disabled'> {
  /** The command that does the same, by its key or from the list of commands. */
  readonly command: string;
  /** What both do, but where the button has its own; null where it cannot be done now. */
  readonly run: (() => void) | null;
}

/** A button and the command that does the same, with its key. */
export function CommandButton({ command, run, ...rest }: CommandButtonProps) {
  useCommand(command, run);
  const key = useCommandKey(command);
  return <Button onClick={() => run?.()} {...rest} keyHint={key} disabled={run === null} />;
}
