import { type Feature, lazyComponent } from '@shoal/web/shared/feature.ts'
import { texts } from '@shoal/web/shared/messages/texts.ts'

export const feeds: Feature = {
  name: 'feeds',
  capability: 'feeds',
  screens: [
    {
      path: '/feeds',
      component: lazyComponent(() => import('./FeedsPage.tsx').then(it => it.FeedsPage)),
    },
  ],
  menu: [{ href: '/feeds', place: 4, label: texts.feeds.menu, icon: 'feeds', key: 'f', isDaily: true }],
}
