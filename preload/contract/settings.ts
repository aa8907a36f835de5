export { defaultSettings, settingsSchema, type Settings } from '../../engine/domain/settings.ts';
