import { testTransport } from './compliance.ts'
import { TcpTransport } from './tcp-transport.node.ts'

testTransport('TCP over IPv4', () => ({ transport: new TcpTransport(), host: '127.0.0.1' }))
testTransport('TCP over IPv6', () => ({ transport: new TcpTransport(), host: '::1' }))
