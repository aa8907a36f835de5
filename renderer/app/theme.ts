import { useEffect } from 'react';
import type { Settings } from '../../engine/domain/settings.ts';

/** Writes the chosen theme and density on the root element, and follows the system where that is the choice. */
export function useTheme({ theme, density }: Pick<Settings, 'theme' | 'density'>): void {
  useEffect(() => {
    const root = document.documentElement;
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    const apply = (): void => {
      const isDark = theme === 'dark' || (theme === 'system' && system.matches);
      root.dataset['theme'] = isDark ? 'dark' : 'light';
      root.dataset['density'] = density;
    };
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [theme, density]);
}
