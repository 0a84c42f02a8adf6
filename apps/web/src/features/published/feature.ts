import { Redirect } from 'wouter'
import { type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'

export const published: Feature = {
  name: 'published',
  capability: 'publications',
  screens: [
    {
      path: '/published',
      component: lazyComponent(() => import('./PublishedPage.tsx').then(it => it.PublishedPage)),
    },
    // Users guess this address from the name of the menu entry.
    {
      path: '/links',
      component: lazyComponent(async () => () => Redirect({ to: '/published', replace: true })),
    },
  ],
  menu: [{ href: '/published', place: 5, label: texts.app.nav.published, icon: 'link', key: 'p' }],
}
