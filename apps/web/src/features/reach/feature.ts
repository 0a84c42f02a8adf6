import { type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'

const t = texts.reach

export const reach: Feature = {
  name: 'reach',
  capability: 'reach',
  settings: [
    {
      name: 'reach',
      label: t.title,
      words: [t.open, t.password, t.address, t.close],
      component: lazyComponent(() => import('../../shared/reach/LetIn.tsx').then(it => it.LetIn)),
    },
  ],
}
