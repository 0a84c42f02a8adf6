import { type Feature, lazyComponent, lazyPart } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'
import { unread } from './unread.ts'

const page = lazyComponent(() => import('./ChatPage.tsx').then(it => it.ChatPage))

export const chat: Feature = {
  name: 'chat',
  capability: 'chat',
  screens: [
    { path: '/chat', component: page },
    { path: '/chat/:id', component: page },
  ],
  menu: [
    {
      href: '/chat',
      place: 8,
      label: texts.app.nav.chat,
      icon: 'chat',
      key: 'c',
      isDaily: true,
      count: unread,
    },
  ],
  torrentTabs: [
    {
      name: 'room',
      label: texts.torrent.tabs.room,
      component: lazyComponent(() => import('./TorrentRoom.tsx').then(it => it.TorrentRoom)),
    },
  ],
  dialogs: [lazyPart(() => import('./ConsoleAttention.tsx').then(it => it.ConsoleAttention))],
}
