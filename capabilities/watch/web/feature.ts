import { type Feature, lazyComponent } from '@shoal/web/shared/feature.ts'

export const watch: Feature = {
  name: 'watch',
  capability: 'watch',
  settingEditors: {
    'automation.watch': lazyComponent(() => import('./WatchEditor.tsx').then(it => it.WatchEditor)),
  },
}
