package dev.trainyard.db;

import java.util.Collection;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Locks for things that may not have a row yet, such as the id of a future job or the name of a draft. They end with the transaction. Unlike
 * advisory locks, people with read-only SQL access cannot take them.
 */
final class KeyLocks {

    private KeyLocks() {}

    /** Waits until this transaction has all locks. Takes them in a fixed order, to avoid deadlocks. */
    static void take(JdbcClient sql, Collection<String> keys) {
        sql.sql("select trainyard.lock_keys(:keys)")
                .param("keys", keys.toArray(String[]::new))
                .query()
                .singleRow();
    }

    static void take(JdbcClient sql, String key) {
        take(sql, List.of(key));
    }
}
