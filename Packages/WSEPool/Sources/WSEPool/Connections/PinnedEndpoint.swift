import WSEClient
import WSETransport

/// Binds a client to one endpoint of a pool, which learns how it serves.
struct PinnedEndpoint: EndpointSelector {
    let endpoint: WebSocketURL
    let pool: ConnectionPool

    func select(_ request: EndpointRequest) -> EndpointSelection {
        pool.select(only: endpoint)
    }
}
