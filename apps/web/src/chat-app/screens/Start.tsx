import { Suspense, useState } from 'react'
import { useAnswer } from '../../shared/base/use-answer.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/chat-app.ts'
import { LoaderFailure, type Obstacle, startInstalled } from '../install/loader.ts'
import type { ReleaseName } from '../loader/release.ts'

/** The rest of the app, which runs only from the installed release. */
const App = lazyComponent<{ readonly release: ReleaseName }>(() => import('./App.tsx').then(it => it.App))

/** Installs the app at the first visit, and starts it. */
export function Start() {
  const [starting] = useState(startInstalled)
  const { value: release, error } = useAnswer(() => starting, [])
  if (release)
    return (
      <Suspense fallback={null}>
        <App release={release} />
      </Suspense>
    )
  if (error) return <Obstacles code={error instanceof LoaderFailure ? error.code : 'failed'} />
  return (
    <EmptyState page icon="down" title={texts.installing}>
      {texts.installingBody}
    </EmptyState>
  )
}

function Obstacles({ code }: { readonly code: string }) {
  const { title, body } = texts.obstacle[code in texts.obstacle ? (code as Obstacle) : 'failed']
  return (
    <EmptyState
      page
      icon="alert"
      title={title}
      actions={<Button onClick={() => location.reload()}>{texts.again}</Button>}
    >
      {body}
    </EmptyState>
  )
}
