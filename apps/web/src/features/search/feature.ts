import { type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'

export const search: Feature = {
  name: 'search',
  capability: 'search',
  screens: [
    {
      path: '/search',
      component: lazyComponent(() => import('./SearchPage.tsx').then(it => it.SearchPage)),
    },
  ],
  menu: [{ href: '/search', place: 3, label: texts.app.nav.search, icon: 'search', key: 's', isDaily: true }],
}
