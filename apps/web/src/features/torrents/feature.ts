import { dialog, type Feature, lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/texts.ts'
import { labelShown } from '../../shared/ui/ui.ts'
import { Filters } from './list/Filters.tsx'
import { ListPage } from './list/ListPage.tsx'

const { tabs } = texts.torrent

export const torrents: Feature = {
  name: 'torrents',
  screens: [
    // Most visits start with the list, so it is part of the first script.
    { path: '/', component: ListPage, sidebar: { label: texts.list.filters, component: Filters } },
    {
      path: '/torrents/:id',
      component: lazyComponent(() => import('./details/TorrentPage.tsx').then(it => it.TorrentPage)),
    },
  ],
  menu: [
    {
      href: '/',
      place: 1,
      label: texts.app.nav.transfers,
      icon: 'transfers',
      key: 't',
      isDaily: true,
      alsoBelow: ['/torrents'],
    },
  ],
  settings: [
    {
      name: 'labels',
      label: texts.settings.sections.labels!,
      words: [texts.labels.colour, texts.labels.folder],
      component: lazyComponent(() => import('./labels/LabelList.tsx').then(it => it.LabelList)),
    },
  ],
  dialogs: [dialog(labelShown, () => import('./labels/LabelDialog.tsx').then(it => it.LabelDialog))],
  torrentTabs: [
    {
      name: 'overview',
      label: tabs.overview,
      component: lazyComponent(() => import('./details/overview/OverviewTab.tsx').then(it => it.OverviewTab)),
    },
    {
      name: 'files',
      label: tabs.files,
      count: torrent => torrent.fileCount,
      component: lazyComponent(() => import('./details/files/FilesTab.tsx').then(it => it.FilesTab)),
    },
    {
      name: 'peers',
      label: tabs.peers,
      count: torrent => torrent.peers,
      component: lazyComponent(() => import('./details/peers/PeersTab.tsx').then(it => it.PeersTab)),
    },
    {
      name: 'trackers',
      label: tabs.trackers,
      component: lazyComponent(() => import('./details/trackers/TrackersTab.tsx').then(it => it.TrackersTab)),
    },
    {
      name: 'graph',
      label: tabs.graph,
      component: lazyComponent(() => import('./details/graph/GraphTab.tsx').then(it => it.GraphTab)),
    },
    {
      name: 'log',
      label: tabs.log,
      component: lazyComponent(() => import('./details/log/LogTab.tsx').then(it => it.LogTab)),
    },
    {
      name: 'options',
      label: tabs.options,
      component: lazyComponent(() => import('./details/options/OptionsTab.tsx').then(it => it.OptionsTab)),
    },
  ],
}
