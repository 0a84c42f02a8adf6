import { type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'

export const people: Feature = {
  name: 'people',
  capability: 'people',
  screens: [
    {
      path: '/people',
      component: lazyComponent(() => import('./PeoplePage.tsx').then(it => it.PeoplePage)),
    },
  ],
  menu: [{ href: '/people', place: 7, label: texts.app.nav.people, icon: 'peers', key: 'o' }],
}
