import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { sendsToWelcome } from '../../../shared/base/first-visit.ts'
import { Loading } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { useTitle } from '../../../shared/controls/Page.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import { useCell, useNode } from '../../../shared/node/context.tsx'
import type { ActionDialog } from '../actions/ActionDialogs.tsx'
import { createMenu } from '../actions/menu.ts'
import { torrentActions } from '../actions/torrent-actions.ts'
import { JobsStrip } from './JobsStrip.tsx'
import { ListEmpty } from './ListEmpty.tsx'
import { StatusBar } from './StatusBar.tsx'
import { kept, NOTHING } from './selection.ts'
import { Table } from './Table.tsx'
import { Toolbar } from './Toolbar.tsx'
import type { KeyPress } from './table-keys.ts'
import { useFilter, useOrder, useSort } from './use-list.ts'
import { useNarrow } from './use-narrow.ts'

const ActionDialogs = lazy(() =>
  import('../actions/ActionDialogs.tsx').then(it => ({ default: it.ActionDialogs })),
)

export function ListPage() {
  useTitle(texts.list.title)
  const node = useNode()
  const [, navigate] = useLocation()
  const loaded = useCell(node.loaded)
  const [filter, setFilter] = useFilter()
  const [sort, setSort] = useSort()
  const order = useOrder(filter, sort)
  const [selection, setSelection] = useState(NOTHING)
  const [dialog, setDialog] = useState<ActionDialog | null>(null)
  const [page, narrow] = useNarrow()
  const before = useRef(order)
  useEffect(() => {
    setSelection(current => kept(current, order, before.current))
    before.current = order
  }, [order])
  useEffect(() => {
    if (loaded && sendsToWelcome(node.torrents.size)) navigate('/welcome', { replace: true })
  }, [loaded, node, navigate])
  const actions = useMemo(() => torrentActions(node), [node])
  const ids = useMemo(() => [...selection.ids], [selection.ids])
  const menuItems = useCallback(
    () => createMenu({ ids, node, actions, ask: setDialog, open: id => navigate(`/torrents/${id}`) }),
    [ids, node, actions, navigate],
  )
  const onActionKey = (event: KeyPress) => {
    if (ids.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.key === 'Delete' || event.key === 'Backspace')
      event.shiftKey ? setDialog({ kind: 'remove', ids }) : void actions.remove(ids)
    else if (event.key === 'p') void actions.toggle(ids)
    else if (event.key === 'l') setDialog({ kind: 'label', ids })
    else return false
    return true
  }
  return (
    <div ref={page} className={`${layout.stack} ${layout.tall} ${layout.shrink}`}>
      <h1 className="visually-hidden">{texts.list.title}</h1>
      <Toolbar
        {...{ filter, sort, narrow, selection, actions, menuItems }}
        shown={order.length}
        onFilter={setFilter}
        onSort={setSort}
        onSelect={setSelection}
        onDialog={setDialog}
      />
      <JobsStrip />
      {!loaded ? (
        <Loading />
      ) : order.length === 0 ? (
        <ListEmpty
          filter={filter}
          all={node.torrents.size}
          onClear={() => setFilter({ state: 'all', label: null, tag: null, tracker: null, text: '' })}
        />
      ) : (
        <Table
          {...{ order, selection, sort, narrow, onActionKey, menuItems }}
          onSelect={setSelection}
          onSort={setSort}
        />
      )}
      {!narrow && <StatusBar />}
      {dialog && (
        <Suspense>
          <ActionDialogs dialog={dialog} actions={actions} onClose={() => setDialog(null)} />
        </Suspense>
      )}
    </div>
  )
}
