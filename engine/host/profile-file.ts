export { parseProfileOverrides } from '../features/parse-profile-overrides.ts';
