import { dialog, type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'
import { letInShown } from '../../shared/ui/ui.ts'

const t = texts.reach

export const reach: Feature = {
  name: 'reach',
  capability: 'reach',
  settings: [
    {
      name: 'reach',
      label: t.title,
      words: [t.open, t.password, t.address, t.close],
      component: lazyComponent(() => import('./LetIn.tsx').then(it => it.LetIn)),
    },
  ],
  dialogs: [dialog(letInShown, () => import('./LetInDialog.tsx').then(it => it.LetInDialog))],
}
