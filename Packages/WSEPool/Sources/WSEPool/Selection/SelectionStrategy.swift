/// How a pool picks among the endpoints that may be used.
///
/// None of them gives an endpoint that fails more than a small share. One that has come back gets traffic again when
/// its score has, after four half-lives (see ``HealthScore/Configuration/halfLife``) at the latest.
public enum SelectionStrategy: String, Sendable, Hashable, Codable, CaseIterable {
    /// By chance, in proportion to weight and to the square of the health score.
    case weightedRandom
    /// The one with the fewest connections for its weight; of equals one by chance, as above.
    /// Those whose score is below a third of the best are left out.
    case leastConnections
    /// One after the other, leaving out those whose score is below a third of the best.
    case roundRobin
}
