import { type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'

export const dashboard: Feature = {
  name: 'dashboard',
  screens: [
    {
      path: '/dashboard',
      component: lazyComponent(() => import('./DashboardPage.tsx').then(it => it.DashboardPage)),
    },
  ],
  menu: [
    {
      href: '/dashboard',
      place: 2,
      label: texts.app.nav.dashboard,
      icon: 'dashboard',
      key: 'd',
      isDaily: true,
    },
  ],
}
