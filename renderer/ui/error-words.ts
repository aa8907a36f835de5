/** An error for a message of one line: what happened, then what to do where that is known. */
export function errorWords({ message, nextStep }: { readonly message: string; readonly nextStep?: string }): string {
  return nextStep === undefined ? message : `${message} ${nextStep}`;
}
