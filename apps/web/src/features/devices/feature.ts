import { type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'

const { sections, devices: say } = texts.settings

export const devices: Feature = {
  name: 'devices',
  capability: 'devices',
  settings: [
    {
      name: 'devices',
      label: sections.devices!,
      words: [say.person],
      component: lazyComponent(() => import('./DeviceList.tsx').then(it => it.DeviceList)),
    },
  ],
}
