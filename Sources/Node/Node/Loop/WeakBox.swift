/// Lets a closure that is made in an initializer reach the object that does not exist yet, without
/// keeping it.
final class WeakBox<Object: AnyObject> {
  weak var object: Object?
}
