// swift-tools-version: 6.2
import PackageDescription

/// One list for every target of every package; `Scripts/check` keeps the copies in step.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

let package = Package(
    name: "WSEPool",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "WSEPool", targets: ["WSEPool"])
    ],
    dependencies: [
        .package(path: "../WSEWire"),
        .package(path: "../WSEResilience"),
        .package(path: "../WSETransport"),
        .package(path: "../WSEClient"),
        .package(path: "../WSETestServer"),
    ],
    targets: [
        .target(name: "WSEPool", dependencies: ["WSEWire", "WSEResilience", "WSETransport", "WSEClient"],
            swiftSettings: settings),
        .testTarget(
            name: "WSEPoolTests",
            dependencies: [
                "WSEPool", "WSEClient", "WSEResilience", "WSETestServer",
                .product(name: "WSETransportTesting", package: "WSETransport"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "WSEPoolSimulation",
            dependencies: [
                "WSEPool", "WSEClient", "WSEResilience",
                .product(name: "WSETransport", package: "WSETransport"),
                .product(name: "WSEWire", package: "WSEWire"),
            ],
            swiftSettings: settings
        ),
    ]
)
