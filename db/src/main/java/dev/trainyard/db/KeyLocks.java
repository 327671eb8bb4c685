package dev.trainyard.db;

import java.util.Collection;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Locks of things that may have no row yet: the id of a job that is still to come, the name of a draft. They end with the transaction. Unlike
 * advisory locks they cannot be taken by who may merely run SQL.
 */
final class KeyLocks {

    private KeyLocks() {}

    /** Waits until this transaction has the lock of each of them; in a fixed order, whatever theirs is. */
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
