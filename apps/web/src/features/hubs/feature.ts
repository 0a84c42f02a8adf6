import { type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'

export const hubs: Feature = {
  name: 'hubs',
  capability: 'hubs',
  screens: [
    {
      path: '/hubs',
      component: lazyComponent(() => import('./HubsPage.tsx').then(it => it.HubsPage)),
    },
  ],
  menu: [{ href: '/hubs', place: 9, label: texts.app.nav.hubs, icon: 'hub', key: 'h' }],
}
