import { type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'

export const feeds: Feature = {
  name: 'feeds',
  capability: 'feeds',
  screens: [
    {
      path: '/feeds',
      component: lazyComponent(() => import('./FeedsPage.tsx').then(it => it.FeedsPage)),
    },
  ],
  menu: [{ href: '/feeds', label: texts.app.nav.feeds, icon: 'feeds', key: 'f', isDaily: true }],
}
