import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { texts } from '../../shared/messages/passkeys.ts'
import { useNode } from '../../shared/node/context.tsx'
import { PasskeyProblem } from '../../shared/passkeys/PasskeyProblem.tsx'
import { askForPasskey, hasPasskeys } from '../../shared/passkeys/passkeys.ts'

/** Shown if a user can log in with a passkey at this address. */
export function PasskeyLogin() {
  const node = useNode()
  const [isPossible] = useState(hasPasskeys)
  const { isBusy, failure, run } = useWork()
  if (!isPossible) return null
  const login = () =>
    run(async () => {
      const { answer } = await askForPasskey(await node.api.requestPasskey({}))
      await node.api.loginWithPasskey({ answer })
      await node.start()
    })
  return (
    <>
      <Button size="large" disabled={isBusy} onClick={login}>
        {texts.login}
      </Button>
      <PasskeyProblem failure={failure} />
    </>
  )
}
