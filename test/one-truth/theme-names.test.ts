import { expect, it } from 'vitest';
import { leadingThemes } from '../../engine/domain/window-feature.ts';
import { themeNames } from '../../engine/case/model/reason-phrase.ts';
import { themeNames as namesInWindow } from '../../renderer/data/theme-names.ts';

it('calls a theme the same in the window as in reasons, so that a reason drops the name that its column shows', () => {
  expect(namesInWindow).toEqual({ ...themeNames, other: 'other features' });
  expect(Object.keys(namesInWindow)).toEqual([...leadingThemes]);
});
