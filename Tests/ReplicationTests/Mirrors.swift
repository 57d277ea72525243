@testable public import Replication

// A failed expectation prints the values in it, and looks into each: what holds values that cannot
// be copied ends the test program there. These say their name alone.

extension Cluster: CustomReflectable {
  var customMirror: Mirror { Mirror(self, children: []) }
}

extension Member: CustomReflectable {
  var customMirror: Mirror { Mirror(self, children: []) }
}

extension Replicator: CustomReflectable {
  public var customMirror: Mirror { Mirror(self, children: []) }
}
