export { parseProfileOverrides } from '../features/parse-profile-overrides.ts';
export { parseWindowSpec } from '../features/parse-window-spec.ts';
