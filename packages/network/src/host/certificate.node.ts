import 'reflect-metadata'
import { BasicConstraintsExtension, PemConverter, X509CertificateGenerator } from '@peculiar/x509'
import { base64url } from 'multiformats/bases/base64'
import { sha256 } from 'multiformats/hashes/sha2'

/**
 * The validity dates of a WebRTC certificate are never checked, because its hash is part of the
 * address.
 */
const LIFE_YEARS = 10

/**
 * Certificate for WebRTC direct with its private key. It is kept so that addresses with its hash
 * stay valid.
 */
export interface HostCertificate {
  /** PEM. */
  readonly privateKey: string
  /** PEM. */
  readonly pem: string
  /** Multihash in base64url with multibase prefix, as in a multiaddr after `certhash`. */
  readonly certhash: string
}

/** Creates a self-signed certificate with a random key (ECDSA P-256) and no name. */
export async function createCertificate(nowMs: number): Promise<HostCertificate> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const notBefore = new Date(nowMs - (nowMs % 86_400_000))
  const notAfter = new Date(notBefore)
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + LIFE_YEARS)
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: '01',
      name: 'CN=WebRTC',
      notBefore,
      notAfter,
      keys,
      signingAlgorithm: algorithm,
      extensions: [new BasicConstraintsExtension(false, undefined, true)],
    },
    crypto,
  )
  const hash = await sha256.digest(new Uint8Array(certificate.rawData))
  return {
    privateKey: PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    pem: certificate.toString('pem'),
    certhash: base64url.encode(hash.bytes),
  }
}
