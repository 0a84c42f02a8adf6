import { type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'

export const network: Feature = {
  name: 'network',
  capability: 'network',
  screens: [
    {
      path: '/network',
      component: lazyComponent(() => import('./NetworkPage.tsx').then(it => it.NetworkPage)),
    },
  ],
  menu: [{ href: '/network', place: 6, label: texts.app.nav.network, icon: 'network', key: 'n' }],
}
