//! Passages on their way to the threads that sort their terms: they wait in memory, and no more of them than have room.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tantivy::TantivyDocument;
use tantivy::schema::document::Document;

/// The terms that may wait, in bytes of text: what is read while tantivy writes a segment, some seconds.
const MAX_WAITING_BYTES: usize = 96 << 20;

/// How many bytes wait.
#[derive(Default)]
pub struct Queue(Arc<Waiting>);

#[derive(Default)]
struct Waiting {
    bytes: Mutex<usize>,
    fewer: Condvar,
}

/// Some bytes that wait, until it is dropped.
pub struct Ticket {
    waiting: Arc<Waiting>,
    bytes: usize,
}

/// A passage with its terms. tantivy lets go of the ticket when it takes the terms, or gives up.
pub struct Queued {
    passage: TantivyDocument,
    _ticket: Arc<Ticket>,
}

impl Queued {
    /// `ticket`: that of all passages of a document.
    pub fn new(passage: TantivyDocument, ticket: &Arc<Ticket>) -> Queued {
        Queued { passage, _ticket: ticket.clone() }
    }
}

impl Queue {
    /// Lets so many bytes wait as soon as there is room. What is larger than all the room waits alone.
    pub fn enter(&self, bytes: usize) -> Ticket {
        let waiting = self.0.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |waiting: &mut usize| *waiting > 0 && *waiting + bytes > MAX_WAITING_BYTES;
        *self.0.fewer.wait_while(waiting, is_full).unwrap_or_else(PoisonError::into_inner) += bytes;
        Ticket { waiting: self.0.clone(), bytes }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        *self.waiting.bytes.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.waiting.fewer.notify_all();
    }
}

impl Document for Queued {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.passage.iter_fields_and_values()
    }

    fn into_tantivy_document(self) -> TantivyDocument {
        self.passage
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn no_more_waits_than_has_room() {
        let queue = Queue::default();
        let first = queue.enter(MAX_WAITING_BYTES - 1);
        let second = queue.enter(1);
        std::thread::scope(|scope| {
            let (tell, told) = mpsc::channel();
            let queue = &queue;
            let third = scope.spawn(move || {
                // Larger than all the room.
                let ticket = queue.enter(MAX_WAITING_BYTES + 1);
                tell.send(()).unwrap();
                ticket
            });
            assert!(told.recv_timeout(Duration::from_millis(50)).is_err());
            drop(first);
            assert!(told.recv_timeout(Duration::from_millis(50)).is_err());
            drop(second);
            told.recv().unwrap();
            drop(third.join().unwrap());
        });
        assert_eq!(*queue.0.bytes.lock().unwrap(), 0);
    }
}
