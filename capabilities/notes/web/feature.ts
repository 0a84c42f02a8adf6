import { type Feature, lazyComponent } from '@shoal/web/shared/feature.ts'
import { texts } from '@shoal/web/shared/messages/texts.ts'

export const notes: Feature = {
  name: 'notes',
  capability: 'notes',
  torrentTabs: [
    {
      name: 'note',
      label: texts.notes.tab,
      component: lazyComponent(() => import('./NoteTab.tsx').then(it => it.NoteTab)),
    },
  ],
}
