internal import Synchronization
internal import WSEClient

/// Stays with one server and keeps the round trips that the client's heartbeat measures.
///
/// It takes the place of a pool of endpoints, which is told of each of them.
final class RoundTripMeter: EndpointSelector {
    private let url: WebSocketURL
    private let samples = Mutex<[Duration]>([])
    private let measured: AsyncStream<Duration>.Continuation
    /// Each round trip as it is measured.
    let roundTrips: AsyncStream<Duration>

    init(url: WebSocketURL) {
        self.url = url
        (roundTrips, measured) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1_000))
    }

    func select(_ request: EndpointRequest) -> EndpointSelection { .endpoint(url, Lease(meter: self)) }

    /// The round trips since the last call.
    func take() -> [Duration] {
        samples.withLock { samples in
            defer { samples = [] }
            return samples
        }
    }

    private struct Lease: EndpointLease {
        let meter: RoundTripMeter

        func connected(after duration: Duration) {}

        func measured(_ roundTrip: Duration) {
            // Nobody takes them for so long only if nobody is interested.
            meter.samples.withLock { if $0.count < 10_000 { $0.append(roundTrip) } }
            meter.measured.yield(roundTrip)
        }

        func ended(failed: Bool) {}
    }
}
