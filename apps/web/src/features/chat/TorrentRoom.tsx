import type { ChatConversation, Torrent } from '@shoal/api'
import { useEffect, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useAnswer } from '../../shared/base/use-answer.ts'
import { useWork } from '../../shared/base/use-work.ts'
import { Button, buttonClass } from '../../shared/controls/Button.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import { SelectField } from '../../shared/controls/Field.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { absoluteLink } from '../../shared/dropped/links.ts'
import { texts } from '../../shared/messages/chat.ts'
import { useCell, useNode } from '../../shared/node/context.tsx'
import styles from './chat.module.css'
import { ChatClientContext } from './chat-client.ts'
import { consoleClient } from './console-client.ts'
import { ConversationPane } from './conversation/ConversationPane.tsx'
import { ChatStore } from './state/chat-store.ts'

const t = texts.room

/** The tab of a torrent with the room of its share. */
export function TorrentRoom({ torrent }: { readonly torrent: Torrent }) {
  const node = useNode()
  const [, navigate] = useLocation()
  const [client] = useState(() => consoleClient(node))
  const [store] = useState(() => new ChatStore(client))
  useEffect(() => store.follow(), [store])
  const conversations = useCell(store.conversations)
  const failure = useCell(store.failure)
  const link = useLinkOf(torrent)
  const room = conversations?.find(({ share }) => share.includes(torrent.id))
  if (failure !== null) return <Problem error={failure} />
  if (conversations === null || link === undefined) return <Loading />
  return (
    <ChatClientContext value={client}>
      {room ? (
        <div className={layout.stack3}>
          <RoomLink room={room} link={link} />
          <div className={`${layout.box} ${styles.room}`}>
            <ConversationPane
              key={room.id}
              store={store}
              conversation={room}
              message={null}
              onOpen={id => navigate(id === null ? '/chat' : `/chat/${id}`)}
            />
          </div>
        </div>
      ) : (
        <NoRoom link={link} onMade={made => store.put(made)} />
      )}
    </ChatClientContext>
  )
}

/** Returns the link of a torrent, or its magnet link. Undefined until it is known. */
function useLinkOf({ id }: Torrent): string | undefined {
  const { api } = useNode()
  const { value: detail } = useAnswer(signal => api.getTorrent({ id }, { signal }), [api, id])
  if (!detail) return undefined
  return detail.link === null ? detail.magnet : absoluteLink(detail.link)
}

/** The link to pass on, with which others enter the room. */
function RoomLink({ room, link }: { readonly room: ChatConversation; readonly link: string }) {
  const { api } = useNode()
  const { value: answer, error } = useAnswer(
    signal => api.getShareRoomLink({ conversation: room.id, link }, { signal }),
    [api, room.id, link],
  )
  if (error) return <Problem error={error} />
  if (!answer) return null
  return (
    <div className={layout.stack1}>
      <p className={layout.soft}>{t.linkHint}</p>
      <span className={layout.row1}>
        <span className={`${layout.mono} ${layout.clip}`}>{answer.link}</span>
        <CopyIcon text={answer.link} what={t.link} />
      </span>
    </div>
  )
}

function NoRoom({ link, onMade }: { readonly link: string; onMade(made: ChatConversation): void }) {
  const { api } = useNode()
  const { value: hubs, error } = useAnswer(signal => api.listHubs({}, { signal }), [api])
  const [hub, setHub] = useState<string>()
  const { isBusy, failure, run } = useWork()
  if (error) return <Problem error={error} />
  if (!hubs) return <Loading />
  const options = hubs.items.map(({ url, name }) => ({ value: url, text: name }))
  const make = () =>
    run(async () => {
      const at = hub === undefined ? {} : { hub }
      onMade((await api.createShareRoom({ ...at, link })).conversation)
    })
  return (
    <div className={`${layout.stack3} ${styles.noRoom}`}>
      <p>{t.none}</p>
      <p className={layout.soft}>{texts.promise.share}</p>
      {options.length === 0 ? (
        <Notice
          tone="info"
          action={
            <Link className={buttonClass('plain', 'small')} href="/hubs">
              {t.hubs}
            </Link>
          }
        >
          {texts.create.noHub}
        </Notice>
      ) : (
        <>
          {options.length > 1 && (
            <SelectField
              label={texts.create.hub}
              hint={texts.create.hubHintShare}
              options={options}
              value={hub ?? options[0]!.value}
              onChange={({ target }) => setHub(target.value)}
            />
          )}
          <div>
            <Button variant="primary" icon="chat" disabled={isBusy} onClick={make}>
              {t.make}
            </Button>
          </div>
        </>
      )}
      {failure !== null && <Problem error={failure} />}
    </div>
  )
}
