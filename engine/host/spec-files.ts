export { parseProfileOverrides } from '../features/parse-profile-overrides.ts';
export { parseWindowSpec } from '../features/parse-window-spec.ts';
export { numberFormNames, numberFormatOf } from '../features/number-forms.ts';
