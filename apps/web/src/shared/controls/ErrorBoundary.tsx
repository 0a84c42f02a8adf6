import { Component, type ReactNode } from 'react'
import { controls } from '../messages/controls.ts'
import { Button } from './Button.tsx'
import { EmptyState } from './EmptyState.tsx'

interface Props {
  readonly children: ReactNode
}

/** Catches the errors of a page, so that the others stay usable. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state = { error: null as Error | null }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (!error) return this.props.children
    const t = controls.failure
    return (
      <EmptyState
        page
        icon="alert"
        title={t.title}
        actions={
          <Button variant="primary" icon="refresh" onClick={() => location.reload()}>
            {t.reload}
          </Button>
        }
      >
        {t.body} <code>{error.message}</code>
      </EmptyState>
    )
  }
}
